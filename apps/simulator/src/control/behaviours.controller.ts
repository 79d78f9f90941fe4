import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import type { HostCommandKind } from '../surface/host-port.js';
import { type Behaviour, COMMAND_KINDS } from './behaviours.js';
import { BehaviourDto } from './dto/behaviour.dto.js';
import { Simulation } from './simulation.js';

/** What becomes of actions. */
@Controller('behaviours')
export class BehavioursController {
  constructor(private readonly simulation: Simulation) {}

  @Get()
  list(): Readonly<Record<HostCommandKind, Behaviour>> {
    return this.simulation.host.behaviours;
  }

  @Post()
  @HttpCode(200)
  behave(@Body() given: BehaviourDto): Readonly<Record<HostCommandKind, Behaviour>> {
    const { commands = COMMAND_KINDS, behaviour = 'obey', slowSeconds = 0 } = given;
    this.simulation.host.behave(commands, { behaviour, slowSeconds });
    return this.list();
  }
}
