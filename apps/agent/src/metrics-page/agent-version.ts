/** As in `package.json`, which a built service does not have beside it; a test holds the two together. */
export const AGENT_VERSION = '0.1.0';
