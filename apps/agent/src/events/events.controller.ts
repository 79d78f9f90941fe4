import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { AppError, isTerminal } from '@app/core';
import { RunService } from '@app/workflow';
import { RequireRole } from '../access/access.decorators.js';
import { EventStreams } from './event-streams.js';

@ApiTags('optimize')
@Controller('optimize')
export class EventsController {
  constructor(
    private readonly runs: RunService,
    private readonly streams: EventStreams,
  ) {}

  @Get('runs/:id/events')
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'Events of a run as they happen (server-sent events)',
    description:
      'Events `stage`, `finding`, `insight`, `action` and `status` with increasing ids, from the first one or after ' +
      '`Last-Event-ID`, also across a restart of the service. A comment comes every 15 s; the stream ends when the run is terminal.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Only events after this id.' })
  @ApiResponse({ status: 200, content: { 'text/event-stream': { schema: { type: 'string' } } } })
  async events(
    @Param('id') id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const lastId = lastIdOf(lastEventId);
    const run = await this.runs.get(id);
    this.streams.start(response, id, lastId, isTerminal(run.status));
  }
}

function lastIdOf(header: string | undefined): number {
  if (header === undefined || header === '') return 0;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new AppError('validation_failed', 'The Last-Event-ID is not valid.', {
    details: { errors: [{ path: 'Last-Event-ID', message: 'must be an id of an event of this run' }] },
  });
}
