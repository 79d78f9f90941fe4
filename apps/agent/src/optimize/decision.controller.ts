import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Run } from '@app/core';
import { RunService } from '@app/workflow';
import { RequireRole } from '../access/access.decorators.js';
import { type AgentRequest, LOCAL_PRINCIPAL } from '../access/principal.js';
import { schemaRef } from '../openapi/schemas.js';
import { ObjectBodyPipe } from '../problem/object-body.pipe.js';
import { ApprovalDto } from './dto/approval.dto.js';

/** What people decide about a run. */
@ApiTags('optimize')
@Controller('optimize')
export class DecisionController {
  constructor(private readonly runs: RunService) {}

  @Post('runs/:id/approval')
  @RequireRole('approver')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Approve or reject the plan of a run',
    description:
      'The first decision counts. 409 when the run does not await approval (any more), when the hash is not that of its ' +
      'plan, when the plan has expired, and when the machine is no longer as it was when the plan was made.',
  })
  @ApiResponse({ status: 200, description: 'The decision is taken; the run goes on.', schema: schemaRef('Run') })
  approve(
    @Param('id') id: string,
    @Body(ObjectBodyPipe) body: ApprovalDto,
    @Req() request: AgentRequest,
  ): Promise<Run> {
    return this.runs.decide(id, body, nameOf(request));
  }

  @Post('runs/:id/cancel')
  @RequireRole('operator')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Cancel a run',
    description: 'A run that has changed something takes it back first, and is cancelled then. 409 when it has ended.',
  })
  @ApiResponse({ status: 202, schema: schemaRef('Run') })
  cancel(@Param('id') id: string, @Req() request: AgentRequest): Promise<Run> {
    return this.runs.cancel(id, nameOf(request));
  }

  @Post('runs/:id/rollback')
  @RequireRole('approver')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Take back what an ended run has changed',
    description:
      'The run is `rolled_back` when the devices show their former state. 409 when there is nothing to take back.',
  })
  @ApiResponse({ status: 202, schema: schemaRef('Run') })
  rollback(@Param('id') id: string, @Req() request: AgentRequest): Promise<Run> {
    return this.runs.rollback(id, nameOf(request));
  }
}

function nameOf({ principal }: AgentRequest): string {
  return (principal ?? LOCAL_PRINCIPAL).name;
}
