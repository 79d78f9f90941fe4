import { Module } from '@nestjs/common';
import { Analyzer } from './analyzer.js';

/** Provides the deterministic analysis. */
@Module({ providers: [Analyzer], exports: [Analyzer] })
export class AnalysisModule {}
