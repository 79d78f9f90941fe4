import { type INestApplication, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SimulatorModule } from '../simulator.module.js';
import type { Simulation } from './simulation.js';

/** The control API of a simulation, ready to listen. */
export async function controlApi(simulation: Simulation): Promise<INestApplication> {
  const app = await NestFactory.create(SimulatorModule.forSimulation(simulation), {
    logger: ['error', 'warn'],
    abortOnError: false,
    forceCloseConnections: true,
  });
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
  return app;
}
