import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AppError } from '@app/core';
import { RequireRole } from '../access/access.decorators.js';
import type { AgentRequest } from '../access/principal.js';
import { schemaRef } from '../openapi/schemas.js';
import { BundleAnalysisService } from './bundle-analysis.service.js';
import type { BundleAnalysis } from './bundle.task.js';

@ApiTags('analysis')
@Controller('analysis')
export class BundleController {
  constructor(private readonly bundles: BundleAnalysisService) {}

  @Post()
  @RequireRole('operator')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Analyse a recording of another machine',
    description:
      'Frames of what a person can copy off a machine: the text of `nvidia-smi -q -x`, `/metrics` pages, kernel log ' +
      'lines, files below /proc and /sys. Unreadable text becomes a gap. Up to 64 MiB; the answer is an Analysis with ' +
      'the last frame as parsed.',
  })
  @ApiBody({ schema: schemaRef('Bundle') })
  @ApiResponse({ status: 200, schema: schemaRef('BundleAnalysis') })
  analyse(@Req() request: AgentRequest): Promise<BundleAnalysis> {
    // The body is read as bytes (configure-app.ts): whatever is no buffer was no body.
    const body: unknown = request.body;
    if (!Buffer.isBuffer(body) || body.byteLength === 0) {
      throw new AppError('validation_failed', 'The request is not valid: a bundle is needed.', {
        details: { errors: [{ path: 'frames', message: 'must be a list of at least one frame' }] },
      });
    }
    return this.bundles.analyse(ownMemory(body));
  }
}

/** Bytes that can be handed to another thread: a small buffer shares its memory with others. */
function ownMemory(body: Buffer): Uint8Array {
  const isAlone = body.byteOffset === 0 && body.byteLength === body.buffer.byteLength;
  return isAlone ? new Uint8Array(body.buffer) : new Uint8Array(body);
}
