import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ActionsService } from '@app/actions';
import { type RuleDescription, ruleCatalogue } from '@app/analysis';
import type { ActionDefinition } from '@app/core';
import { RequireRole } from '../access/access.decorators.js';
import { schemaRef } from '../openapi/schemas.js';

@ApiTags('catalogue')
@RequireRole('viewer')
@Controller()
export class CatalogueController {
  constructor(private readonly actionsService: ActionsService) {}

  @Get('analysis/rules')
  @ApiOperation({ summary: 'Every rule with its inputs and thresholds' })
  @ApiResponse({ status: 200, schema: schemaRef('RulePage') })
  rules(): { items: readonly RuleDescription[]; nextCursor: null } {
    return { items: ruleCatalogue(), nextCursor: null };
  }

  @Get('actions')
  @ApiOperation({ summary: 'Every action that may be recommended or planned' })
  @ApiResponse({ status: 200, schema: schemaRef('ActionPage') })
  actions(): { items: readonly ActionDefinition[]; nextCursor: null } {
    return { items: this.actionsService.catalogue(), nextCursor: null };
  }
}
