import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { BehavioursController } from './control/behaviours.controller.js';
import { FaultsController } from './control/faults.controller.js';
import { MachineController } from './control/machine.controller.js';
import { ProblemFilter } from './control/problem.filter.js';
import { Simulation } from './control/simulation.js';

@Module({})
export class SimulatorModule {
  /** The simulation is started and stopped by its owner. */
  static forSimulation(simulation: Simulation): DynamicModule {
    return {
      module: SimulatorModule,
      controllers: [MachineController, FaultsController, BehavioursController],
      providers: [
        { provide: Simulation, useValue: simulation },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
