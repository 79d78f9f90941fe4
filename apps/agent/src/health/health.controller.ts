import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { AppError } from '@app/core';
import { MetricsService } from '@app/metrics';
import { StoreHealth } from '@app/persistence';
import { Open } from '../access/access.decorators.js';

@ApiTags('health')
@Open()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly store: StoreHealth,
    private readonly metrics: MetricsService,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'The process answers' })
  @ApiResponse({ status: 200, schema: { type: 'object', properties: { status: { type: 'string', enum: ['ok'] } } } })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'The store takes writes and the sampler samples' })
  @ApiResponse({ status: 200, description: 'Ready.' })
  @ApiResponse({ status: 503, description: 'Not ready; `detail` names the check.' })
  async ready(): Promise<HealthCheckResult> {
    try {
      return await this.health.check([() => this.checkStore(), () => this.checkSampler()]);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      throw new AppError('not_ready', `Not ready: ${this.reasons().join('; ')}.`, { cause: error });
    }
  }

  private reasons(): string[] {
    const { ok, detail } = this.store.check();
    return [
      ...(ok ? [] : [`store: ${detail}`]),
      ...(this.metrics.isSampling() ? [] : ['the background sampler does not run']),
    ];
  }

  private checkStore() {
    const indicator = this.indicators.check('store');
    const { ok, detail } = this.store.check();
    return ok ? indicator.up() : indicator.down({ message: detail });
  }

  private checkSampler() {
    const indicator = this.indicators.check('sampler');
    return this.metrics.isSampling()
      ? indicator.up()
      : indicator.down({ message: 'the background sampler does not run' });
  }
}
