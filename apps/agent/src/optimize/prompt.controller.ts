import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AppError, isTerminal, type Run } from '@app/core';
import { ExchangeLog, exchangeView, type ExchangeView } from '@app/llm';
import { RunService } from '@app/workflow';
import { RequireRole } from '../access/access.decorators.js';
import { schemaRef } from '../openapi/schemas.js';

@ApiTags('optimize')
@Controller('optimize')
export class PromptController {
  constructor(
    private readonly runs: RunService,
    private readonly exchanges: ExchangeLog,
  ) {}

  @Get('runs/:id/prompt')
  @RequireRole('operator')
  @ApiOperation({
    summary: 'What was sent to the model for a run, and its raw answer',
    description:
      'Every request as sent, without the key, and every answer as received, failed attempts included; kept with the ' +
      'run and deleted with it. A run that used an earlier answer shows the exchange of the run that asked. ' +
      '404 when there is no such run, and when it asked no model; the detail says which and why.',
  })
  @ApiResponse({ status: 200, schema: schemaRef('Prompt') })
  async prompt(@Param('id') id: string): Promise<ExchangeView> {
    const run = await this.runs.get(id);
    const exchange = await this.exchanges.read(id);
    if (exchange === null) throw new AppError('not_found', nothingSent(run));
    return exchangeView(id, exchange);
  }
}

function nothingSent({ status, insights }: Run): string {
  if (insights === null && !isTerminal(status)) return 'This run has sent nothing to a model yet.';
  return ['This run sent nothing to a model.', insights?.degradedReason].filter(Boolean).join(' ');
}
