import { Injectable } from '@nestjs/common';
import { Settings } from '@app/config';
import { Clock } from '@app/core';
import { Circuit } from './groq/circuit.js';

export interface LlmStatus {
  readonly status: 'up' | 'degraded' | 'down' | 'absent';
  readonly detail: string | null;
  readonly checkedAt: string | null;
}

/**
 * What is known of the model service from the calls that were made; asking it just to know would cost tokens.
 * Before the first call it is `degraded`: configured, but nothing shows yet that it works. It is never `down`,
 * because the rules write the insights then.
 */
@Injectable()
export class LlmHealth {
  private last: LlmStatus | null = null;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly circuit: Circuit,
  ) {}

  status(): LlmStatus {
    const { enabled, apiKey } = this.settings.llm;
    if (!enabled) return { status: 'absent', detail: 'switched off by LLM_ENABLED', checkedAt: null };
    if (apiKey === null) return { status: 'absent', detail: 'no GROQ_API_KEY; the rules write', checkedAt: null };
    if (this.last === null) return { status: 'degraded', detail: 'configured, not used yet', checkedAt: null };
    return { ...this.last, detail: [this.last.detail, this.circuitText()].filter((part) => part !== null).join(' ') };
  }

  succeeded(): void {
    this.last = { status: 'up', detail: this.settings.llm.model, checkedAt: this.clock.isoNow() };
  }

  failed(reason: string): void {
    this.last = { status: 'degraded', detail: reason, checkedAt: this.clock.isoNow() };
  }

  private circuitText(): string | null {
    const { state, retryAt } = this.circuit.view();
    if (state === 'closed') return null;
    return state === 'open'
      ? `The circuit is open: the model is asked again after ${retryAt}.`
      : 'The circuit is half-open: the next run tries the model.';
  }
}
