import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DEFAULT_TARGET } from '@app/config';
import type { Analysis, Cache, Gap, Gpu, Section, SectionName, Snapshot, System } from '@app/core';
import { RequireRole } from '../access/access.decorators.js';
import { schemaRef } from '../openapi/schemas.js';
import { TargetService } from './target.service.js';

interface PartOfSnapshot {
  readonly target: string;
  readonly collectedAt: string;
  readonly simulated: boolean;
  readonly section: Section;
  readonly gaps: readonly Gap[];
}

/** Short paths to the parts of the local target's last sample. */
@ApiTags('readings')
@RequireRole('viewer')
@Controller()
export class ReadingsController {
  constructor(private readonly targets: TargetService) {}

  @Get('gpu/metrics')
  @ApiOperation({ summary: 'GPUs of the last sample' })
  @ApiResponse({ status: 200, schema: schemaRef('GpuMetrics') })
  async gpu(): Promise<PartOfSnapshot & { gpus: readonly Gpu[] }> {
    const snapshot = await this.targets.snapshot(DEFAULT_TARGET);
    return { ...partOf(snapshot, 'gpu', 'gpus'), gpus: snapshot.gpus };
  }

  @Get('system/metrics')
  @ApiOperation({ summary: 'Host of the last sample' })
  @ApiResponse({ status: 200, schema: schemaRef('SystemMetrics') })
  async system(): Promise<PartOfSnapshot & { hostname: string | null; system: System | null }> {
    const snapshot = await this.targets.snapshot(DEFAULT_TARGET);
    return { ...partOf(snapshot, 'system', 'system'), hostname: snapshot.hostname, system: snapshot.system };
  }

  @Get('lmcache/status')
  @ApiOperation({ summary: 'KV caches of the last sample' })
  @ApiResponse({ status: 200, schema: schemaRef('LmcacheStatus') })
  async lmcache(): Promise<PartOfSnapshot & { caches: readonly Cache[] }> {
    const snapshot = await this.targets.snapshot(DEFAULT_TARGET);
    return { ...partOf(snapshot, 'lmcache', 'caches'), caches: snapshot.caches };
  }

  @Get('analysis')
  @ApiOperation({ summary: 'The latest analysis, without a model' })
  @ApiResponse({ status: 200, schema: schemaRef('Analysis') })
  analysis(): Promise<Analysis> {
    return this.targets.analysis(DEFAULT_TARGET);
  }
}

function partOf(snapshot: Snapshot, section: SectionName, signal: string): PartOfSnapshot {
  return {
    target: snapshot.target,
    collectedAt: snapshot.collectedAt,
    simulated: snapshot.simulated,
    section: snapshot.sections[section],
    gaps: snapshot.gaps.filter((gap) => gap.signal === signal || gap.signal.startsWith(`${signal}.`)),
  };
}
