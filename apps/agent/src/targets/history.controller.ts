import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Clock } from '@app/core';
import { HistoryReader } from '@app/metrics';
import { RequireRole } from '../access/access.decorators.js';
import { schemaRef } from '../openapi/schemas.js';
import { HistoryQueryDto } from './dto/history-query.dto.js';
import { type HistoryView, historyView } from './dto/history.dto.js';
import { TargetService } from './target.service.js';

@ApiTags('targets')
@RequireRole('viewer')
@Controller('targets')
export class HistoryController {
  constructor(
    private readonly targets: TargetService,
    private readonly history: HistoryReader,
    private readonly clock: Clock,
  ) {}

  @Get(':id/history')
  @ApiOperation({
    summary: 'Series of a signal',
    description:
      'Points of the last quarter of an hour come from every sample, older ones from stored minutes: their value is the ' +
      "minute's last sample, `min` and `max` are of all its samples. A point is the mean of the readings of its step, " +
      'at the time of the last of them; a step without readings has no point.',
  })
  @ApiResponse({ status: 200, schema: schemaRef('History') })
  async series(@Param('id') id: string, @Query() given: HistoryQueryDto): Promise<HistoryView> {
    const { id: target } = this.targets.get(id);
    const query = HistoryQueryDto.toQuery(given, target, this.clock.now());
    return historyView(query, await this.history.series(query));
  }
}
