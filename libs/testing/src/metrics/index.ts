export * from './proc-root.builder.js';
export * from './snapshot.builder.js';
export * from './vllm-page.builder.js';
export * from './vllm.fake.js';
