declare module 'node-nvidia-smi' {
  /** Runs `nvidia-smi -q -x`; the error is an Error, or the text that was written to stderr. */
  export default function nvidiaSmi(callback: (error: Error | string | null, data?: unknown) => void): void;
}
