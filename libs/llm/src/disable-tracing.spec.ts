import { describe, expect, it } from '@jest/globals';
import { disableTracing } from './disable-tracing.js';

describe('disableTracing', () => {
  it('removes what would send or print prompts and leaves the rest', () => {
    const env: NodeJS.ProcessEnv = {
      LANGSMITH_TRACING: 'true',
      LANGSMITH_API_KEY: 'k',
      LANGCHAIN_TRACING_V2: 'true',
      LANGCHAIN_TRACING: 'true',
      LANGCHAIN_VERBOSE: 'true',
      GROQ_LOG: 'debug',
      GROQ_API_KEY: 'kept',
      PATH: '/bin',
    };
    disableTracing(env);
    expect(env).toEqual({ GROQ_API_KEY: 'kept', PATH: '/bin' });
  });
});
