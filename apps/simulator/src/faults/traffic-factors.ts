import type { SimulatedEngine, Traffic } from '../machine/index.js';
import type { Remove } from './fault.js';

export interface TrafficFactors {
  readonly requests?: number;
  readonly promptTokens?: number;
  readonly outputTokens?: number;
}

/** Multiplies what clients send; undone by dividing, so that several such changes can be taken back in any order. */
export function multiplyTraffic(engine: SimulatedEngine, factors: TrafficFactors): Remove {
  engine.setTraffic(multiplied(engine.traffic, factors));
  return () => {
    const { requests = 1, promptTokens = 1, outputTokens = 1 } = factors;
    engine.setTraffic(
      multiplied(engine.traffic, {
        requests: 1 / requests,
        promptTokens: 1 / promptTokens,
        outputTokens: 1 / outputTokens,
      }),
    );
  };
}

function multiplied(
  traffic: Traffic,
  { requests = 1, promptTokens = 1, outputTokens = 1 }: TrafficFactors,
): Pick<Traffic, 'requestsPerSecond' | 'promptTokens' | 'outputTokens'> {
  const sizes = ({ median, p95 }: Traffic['promptTokens'], factor: number): Traffic['promptTokens'] => ({
    median: median * factor,
    p95: p95 * factor,
  });
  return {
    requestsPerSecond: traffic.requestsPerSecond * requests,
    promptTokens: sizes(traffic.promptTokens, promptTokens),
    outputTokens: sizes(traffic.outputTokens, outputTokens),
  };
}
