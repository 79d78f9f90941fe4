import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Settings } from '@app/config';
import { AppModule } from './app.module.js';
import { AgentLogger } from './boot/agent-logger.js';
import { configureApp } from './configure-app.js';

/** The whole service, ready to listen. */
export async function createApp(settings: Settings, logger?: LoggerService | false): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(settings), {
    bodyParser: false,
    abortOnError: false,
    logger: logger ?? new AgentLogger(),
  });
  configureApp(app);
  return app;
}
