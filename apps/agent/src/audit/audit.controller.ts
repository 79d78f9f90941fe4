import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AuditLog, type AuditPage } from '@app/core';
import { RequireRole } from '../access/access.decorators.js';
import { schemaRef } from '../openapi/schemas.js';
import { AuditQueryDto } from './dto/audit-query.dto.js';

const DEFAULT_PAGE = 50;

@ApiTags('audit')
@Controller('audit')
export class AuditController {
  constructor(private readonly log: AuditLog) {}

  @Get()
  @RequireRole('admin')
  @ApiOperation({
    summary: 'Decisions, approvals, executions and refusals, newest first',
    description: 'Records are only ever added, and stay when their run is deleted.',
  })
  @ApiResponse({ status: 200, schema: schemaRef('AuditPage') })
  list(@Query() query: AuditQueryDto): Promise<AuditPage> {
    return this.log.list({ ...query, limit: query.limit ?? DEFAULT_PAGE });
  }
}
