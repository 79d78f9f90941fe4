import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '../access/access.decorators.js';
import { MetricsPageService } from './metrics-page.service.js';
import { PAGE_CONTENT_TYPE } from './render-page.js';

@ApiTags('metrics')
@RequireRole('viewer')
@Controller('metrics')
export class MetricsPageController {
  constructor(private readonly service: MetricsPageService) {}

  @Get()
  @Header('Content-Type', PAGE_CONTENT_TYPE)
  @ApiOperation({ summary: 'Prometheus text about the agent and the current findings' })
  @ApiResponse({ status: 200, content: { 'text/plain': { schema: { type: 'string' } } } })
  page(): Promise<string> {
    return this.service.page();
  }
}
