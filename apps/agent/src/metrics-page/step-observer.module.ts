import { Global, Module } from '@nestjs/common';
import { StepObserver } from '@app/core';
import { StepDurations } from './duration-histograms.js';

/** Gives the workflow somebody to tell of its steps: it may not know of the page that shows them. */
@Global()
@Module({
  providers: [StepDurations, { provide: StepObserver, useExisting: StepDurations }],
  exports: [StepDurations, StepObserver],
})
export class StepObserverModule {}
