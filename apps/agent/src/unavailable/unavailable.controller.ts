import { Controller, Get, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AppError } from '@app/core';
import { RequireRole } from '../access/access.decorators.js';

function notImplemented(what: string): never {
  throw new AppError('not_implemented', `${what} is not in this version.`);
}

/** Routes that the API names and this version does not have: they say so, after checking the caller. */
@ApiTags('not in this version')
@ApiResponse({ status: 501, description: 'Not in this version (`code: not_implemented`).' })
@Controller()
export class UnavailableController {
  @Get('optimize/runs/:id/events')
  @ApiParam({ name: 'id' })
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Live events of a run (501)' })
  events(): never {
    return notImplemented('The event stream of a run');
  }

  @Post('optimize/runs/:id/approval')
  @ApiParam({ name: 'id' })
  @RequireRole('approver')
  @ApiOperation({ summary: 'Approve or reject a plan (501)' })
  approval(): never {
    return notImplemented('Approval');
  }

  @Post('optimize/runs/:id/rollback')
  @ApiParam({ name: 'id' })
  @RequireRole('approver')
  @ApiOperation({ summary: 'Undo what a run did (501)' })
  rollback(): never {
    return notImplemented('Rollback');
  }

  @Get('audit')
  @RequireRole('admin')
  @ApiOperation({ summary: 'Decisions and actions (501)' })
  audit(): never {
    return notImplemented('The audit log');
  }
}
