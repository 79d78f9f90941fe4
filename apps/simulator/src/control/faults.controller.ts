import { Body, Controller, Delete, Get, HttpCode, NotFoundException, Param, Post } from '@nestjs/common';
import type { FaultParameter } from '../faults/fault.js';
import { FAULTS } from '../faults/faults.js';
import type { InjectedFault } from '../faults/injected-faults.js';
import { InjectDto } from './dto/inject.dto.js';
import { Simulation } from './simulation.js';

interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly healing: string;
  readonly parameters: Readonly<Record<string, FaultParameter>>;
}

/** Faults that can be, and those that are. */
@Controller('faults')
export class FaultsController {
  constructor(private readonly simulation: Simulation) {}

  @Get('catalogue')
  catalogue(): { items: readonly CatalogueEntry[] } {
    return { items: FAULTS.map(({ id, title, healing, parameters }) => ({ id, title, healing, parameters })) };
  }

  @Get()
  list(): { items: readonly InjectedFault[] } {
    return { items: this.simulation.faults.list };
  }

  @Post()
  inject(@Body() { fault, parameters = {} }: InjectDto): Promise<InjectedFault> {
    const { simulation } = this;
    return simulation.change(() => simulation.faults.inject(fault, parameters, simulation.live.view().atMs));
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Param('id') id: string): Promise<void> {
    const isRemoved = await this.simulation.change(() => this.simulation.faults.remove(id));
    if (!isRemoved) throw new NotFoundException(`there is no injected fault "${id}"; GET /faults lists them`);
  }

  @Delete()
  @HttpCode(204)
  removeAll(): Promise<void> {
    return this.simulation.change(() => this.simulation.faults.removeAll());
  }
}
