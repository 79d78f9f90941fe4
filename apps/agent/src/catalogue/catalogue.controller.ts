import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type RuleDescription, ruleCatalogue } from '@app/analysis';
import { RequireRole } from '../access/access.decorators.js';
import { schemaRef } from '../openapi/schemas.js';
import { ActionViewService, type ActionView } from './action-view.service.js';

@ApiTags('catalogue')
@RequireRole('viewer')
@Controller()
export class CatalogueController {
  constructor(private readonly actionViews: ActionViewService) {}

  @Get('analysis/rules')
  @ApiOperation({ summary: 'Every rule with its inputs and thresholds' })
  @ApiResponse({ status: 200, schema: schemaRef('RulePage') })
  rules(): { items: readonly RuleDescription[]; nextCursor: null } {
    return { items: ruleCatalogue(), nextCursor: null };
  }

  @Get('actions')
  @ApiOperation({ summary: 'Every action that may be recommended or planned, and what became of it so far' })
  @ApiResponse({ status: 200, schema: schemaRef('ActionPage') })
  async actions(): Promise<{ items: readonly ActionView[]; nextCursor: null }> {
    return { items: await this.actionViews.list(), nextCursor: null };
  }
}
