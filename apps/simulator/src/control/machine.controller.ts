import { Body, ConflictException, Controller, Get, HttpCode, Post } from '@nestjs/common';
import type { MachineView } from '../machine/index.js';
import { AdvanceDto } from './dto/advance.dto.js';
import { Simulation } from './simulation.js';

interface ClockView {
  readonly now: string;
  readonly isPaused: boolean;
  readonly speed: number;
}

/** The machine as it is, and its time. */
@Controller()
export class MachineController {
  constructor(private readonly simulation: Simulation) {}

  @Get('healthz')
  health(): { status: 'ok'; simulated: true } {
    return { status: 'ok', simulated: true };
  }

  @Get('state')
  state(): MachineView & { simulated: true } {
    return { simulated: true, ...this.simulation.live.view() };
  }

  @Get('clock')
  clock(): ClockView {
    const { isPaused, speed } = this.simulation.live;
    return { now: new Date(this.simulation.live.view().atMs).toISOString(), isPaused, speed };
  }

  @Post('pause')
  @HttpCode(200)
  pause(): ClockView {
    this.simulation.live.pause();
    return this.clock();
  }

  @Post('resume')
  @HttpCode(200)
  resume(): ClockView {
    this.simulation.live.resume();
    return this.clock();
  }

  @Post('advance')
  @HttpCode(200)
  async advance(@Body() { seconds }: AdvanceDto): Promise<ClockView> {
    const { live } = this.simulation;
    if (!live.isPaused) throw new ConflictException('time is passing by itself; POST /pause first');
    await this.simulation.change(() => live.advance(seconds));
    return this.clock();
  }
}
