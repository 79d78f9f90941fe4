import { Body, Controller, Get, Header, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Settings } from '@app/config';
import { AppError, type Run, RUN_MODES, type RunMode, type RunSummary, isTerminal } from '@app/core';
import { RunService, WorkflowGraph } from '@app/workflow';
import { RequireRole } from '../access/access.decorators.js';
import type { AgentRequest } from '../access/principal.js';
import { schemaRef } from '../openapi/schemas.js';
import { ObjectBodyPipe } from '../problem/object-body.pipe.js';
import { RunListQueryDto, RunRequestDto, WaitQueryDto } from './dto/run-request.dto.js';
import { StatusService, type StatusView } from './status.service.js';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
const DEFAULT_PAGE = 20;

@ApiTags('optimize')
@Controller('optimize')
export class OptimizeController {
  constructor(
    private readonly runs: RunService,
    private readonly statusView: StatusService,
    private readonly graph: WorkflowGraph,
    private readonly settings: Settings,
  ) {}

  @Post('run')
  @RequireRole('operator')
  @HttpCode(202)
  @ApiOperation({ summary: 'Start a run', description: 'A second run for a busy target joins the queue.' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key and body give the same run.' })
  @ApiResponse({ status: 202, description: 'Started; Location names the run.', schema: schemaRef('Run') })
  @ApiResponse({ status: 200, description: 'With wait: the run has ended.', schema: schemaRef('Run') })
  async run(
    @Body(ObjectBodyPipe) body: RunRequestDto,
    @Query() query: WaitQueryDto,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Req() request: AgentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Run> {
    const wanted = RunRequestDto.toRequest(body);
    this.assertModeAllowed(wanted.mode);
    assertIdempotencyKey(idempotencyKey);
    const requestedBy = request.principal?.name ?? 'local';
    const started = await this.runs.start(wanted, {
      requestedBy,
      idempotencyKey: idempotencyKey === undefined ? undefined : `${requestedBy}:${idempotencyKey}`,
    });
    response.setHeader('Location', `/optimize/runs/${started.id}`);
    if (query.wait === undefined) return started;
    const run = await this.runs.waitFor(started.id, query.wait * 1000);
    if (isTerminal(run.status) || run.status === 'awaiting_approval') response.status(200);
    return run;
  }

  @Get('status')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'What is running, what ran last, and how the parts are' })
  @ApiResponse({ status: 200, schema: schemaRef('Status') })
  status(): Promise<StatusView> {
    return this.statusView.status();
  }

  @Get('runs')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Runs, newest first' })
  @ApiResponse({ status: 200, schema: schemaRef('RunPage') })
  list(@Query() query: RunListQueryDto): Promise<{ items: readonly RunSummary[]; nextCursor: string | null }> {
    return this.runs.list({ ...query, limit: query.limit ?? DEFAULT_PAGE });
  }

  @Get('runs/:id')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'A run with everything it found' })
  @ApiResponse({ status: 200, schema: schemaRef('Run') })
  get(@Param('id') id: string): Promise<Run> {
    return this.runs.get(id);
  }

  @Get('graph')
  @RequireRole('viewer')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiOperation({ summary: 'The workflow graph as Mermaid text' })
  @ApiResponse({ status: 200, content: { 'text/plain': { schema: { type: 'string' } } } })
  describe(): Promise<string> {
    return this.graph.describe();
  }

  private assertModeAllowed(mode: RunMode): void {
    const { maxMode } = this.settings.policy;
    if (RUN_MODES.indexOf(mode) > RUN_MODES.indexOf(maxMode)) {
      throw new AppError('mode_not_allowed', `Mode "${mode}" is above POLICY_MAX_MODE, which is "${maxMode}".`);
    }
  }
}

function assertIdempotencyKey(key: string | undefined): void {
  if (key === undefined || IDEMPOTENCY_KEY.test(key)) return;
  throw new AppError('validation_failed', 'The Idempotency-Key is not valid.', {
    details: { errors: [{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }] },
  });
}
