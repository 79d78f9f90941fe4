import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Analysis, Finding, Snapshot } from '@app/core';
import { RequireRole } from '../access/access.decorators.js';
import { schemaRef } from '../openapi/schemas.js';
import { RefreshQueryDto } from '../optimize/dto/run-request.dto.js';
import { TargetService, type TargetView } from './target.service.js';

/** The findings of the history, with what they were made from. */
export interface FindingsView extends Omit<Analysis, 'findings'> {
  readonly target: string;
  readonly items: readonly Finding[];
}

@ApiTags('targets')
@RequireRole('viewer')
@Controller('targets')
export class TargetsController {
  constructor(private readonly targets: TargetService) {}

  @Get()
  @ApiOperation({ summary: 'The hosts that are watched' })
  @ApiResponse({ status: 200, schema: schemaRef('TargetPage') })
  list(): { items: readonly TargetView[]; nextCursor: null } {
    return { items: this.targets.list(), nextCursor: null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'A host and how its sources are' })
  @ApiResponse({ status: 200, schema: schemaRef('Target') })
  get(@Param('id') id: string): TargetView {
    return this.targets.get(id);
  }

  @Get(':id/snapshot')
  @ApiOperation({ summary: 'The last sample; refresh=true samples now' })
  @ApiResponse({ status: 200, schema: schemaRef('Snapshot') })
  snapshot(@Param('id') id: string, @Query() query: RefreshQueryDto): Promise<Snapshot> {
    return this.targets.snapshot(id, query.refresh === 'true');
  }

  @Get(':id/findings')
  @ApiOperation({ summary: 'Current findings from the history, without a model' })
  @ApiResponse({ status: 200, schema: schemaRef('FindingPage') })
  async findings(@Param('id') id: string): Promise<FindingsView> {
    const { findings, ...analysis } = await this.targets.analysis(id);
    return { target: id, items: findings, ...analysis };
  }
}
