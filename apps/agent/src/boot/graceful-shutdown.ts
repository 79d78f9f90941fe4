import type { Server } from 'node:http';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Settings } from '@app/config';
import { RunService } from '@app/workflow';
import { EventStreams } from '../events/event-streams.js';

const LAST_ANSWERS_MS = 500;

/** On SIGTERM: no new runs, running nodes get their grace, the rest is checkpointed; then connections are let go. */
@Injectable()
export class GracefulShutdown implements BeforeApplicationShutdown {
  constructor(
    private readonly runs: RunService,
    private readonly streams: EventStreams,
    private readonly settings: Settings,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    server.closeIdleConnections();
    this.streams.endAll();
    await this.runs.shutdown(this.settings.shutdownGraceMs);
    // A slow reader would keep the process alive for ever; waiting requests have their answer by now.
    setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS).unref();
  }
}
