const SENDS_OR_PRINTS_PROMPTS = /^(LANGSMITH_.*|LANGCHAIN_TRACING.*|LANGCHAIN_VERBOSE|GROQ_LOG)$/;

/** Removes the variables that make LangChain post every prompt to LangSmith, or print it. Call before LangChain loads. */
export function disableTracing(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) {
    if (SENDS_OR_PRINTS_PROMPTS.test(name)) delete env[name];
  }
}
