import { Controller, Get, Redirect } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { Open } from './access/access.decorators.js';

/** Until there is a dashboard, the documentation is what a browser should see first. */
@Controller()
export class RootController {
  @Get()
  @Open()
  @Redirect('/docs', 302)
  @ApiExcludeEndpoint()
  toDocs(): void {
    // The decorator answers.
  }
}
