export * from './grounded-draft.js';
export * from './groq.fake.js';
export * from './in-memory-token-ledger.js';
export * from './insight-request.builder.js';
