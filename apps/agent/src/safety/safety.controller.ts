import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { SafetyService, type SafetyView } from '@app/actions';
import { AppError, type Freeze, type KillSwitchState } from '@app/core';
import { RequireRole } from '../access/access.decorators.js';
import { type AgentRequest, includesRole, LOCAL_PRINCIPAL } from '../access/principal.js';
import { schemaRef } from '../openapi/schemas.js';
import { ObjectBodyPipe } from '../problem/object-body.pipe.js';
import { TargetService } from '../targets/target.service.js';
import { FreezeDto, KillSwitchDto } from './dto/safety.dto.js';

/** What stops every change: anybody who may start a run may stop, only an admin may let go on. */
@ApiTags('safety')
@Controller()
export class SafetyController {
  constructor(
    private readonly safety: SafetyService,
    private readonly targets: TargetService,
  ) {}

  @Get('safety')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'The kill switch and frozen targets' })
  @ApiResponse({ status: 200, schema: schemaRef('Safety') })
  view(): Promise<SafetyView> {
    return this.safety.view();
  }

  @Put('safety/kill-switch')
  @RequireRole('operator')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Engage or release the kill switch',
    description:
      'While it is engaged no action changes anything; what takes back a change stays allowed. Engaging needs the role ' +
      'operator, releasing admin. A file `STOP` in DATA_DIR does the same without the service.',
  })
  @ApiResponse({ status: 200, schema: schemaRef('KillSwitch') })
  set(@Body(ObjectBodyPipe) body: KillSwitchDto, @Req() request: AgentRequest): Promise<KillSwitchState> {
    const { name, role } = request.principal ?? LOCAL_PRINCIPAL;
    if (!body.engaged && !includesRole(role, 'admin')) {
      throw new AppError('forbidden', `Releasing the kill switch needs the role admin; the key "${name}" has ${role}.`);
    }
    return this.safety.setKillSwitch(body.engaged, name, body.reason ?? null);
  }

  @Post('targets/:id/freeze')
  @RequireRole('operator')
  @HttpCode(200)
  @ApiOperation({ summary: 'Freeze a target: no action changes anything on it until the freeze is lifted' })
  @ApiResponse({ status: 200, schema: schemaRef('Freeze') })
  freeze(
    @Param('id') id: string,
    @Body(ObjectBodyPipe) { reason }: FreezeDto,
    @Req() request: AgentRequest,
  ): Promise<Freeze> {
    this.targets.get(id);
    return this.safety.freeze(id, (request.principal ?? LOCAL_PRINCIPAL).name, reason);
  }

  @Delete('targets/:id/freeze')
  @RequireRole('admin')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Lift the freeze of a target',
    description: 'Closes the circuit breakers of its actions as well. 409 when it is not frozen.',
  })
  @ApiResponse({ status: 204 })
  async lift(@Param('id') id: string, @Req() request: AgentRequest): Promise<void> {
    this.targets.get(id);
    await this.safety.lift(id, (request.principal ?? LOCAL_PRINCIPAL).name);
  }
}
