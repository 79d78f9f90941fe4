import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { SimulatedHost } from '../host-port.js';
import { GOOD_BEHAVIOUR, runNvidiaSmi, type SmiBehaviour } from './smi-command.js';

/** More than any command line that is meant for nvidia-smi. */
const MAX_REQUEST_BYTES = 64 * 1024;

/**
 * Answers the executable `nvidia-smi`, which knows nothing itself. It writes the number of its arguments on a line and then
 * each argument with a NUL after it; the answer is the exit code on a line and then what is to be printed.
 */
export class SmiServer {
  behaviour: SmiBehaviour = GOOD_BEHAVIOUR;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(private readonly host: SimulatedHost) {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Address as the executable takes it, `127.0.0.1:port`. */
  async start(port = 0): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // Whoever is killed while it waits leaves a broken connection, which is no trouble here.
    socket.on('error', () => socket.destroy());
    let request = Buffer.alloc(0);
    let isAnswered = false;
    socket.on('data', (chunk) => {
      request = Buffer.concat([request, chunk]);
      const argv = isAnswered ? null : argumentsIn(request);
      if (argv === null) {
        if (request.length > MAX_REQUEST_BYTES) socket.destroy();
        return;
      }
      isAnswered = true;
      if (!this.behaviour.hangs) void this.#answer(socket, argv);
    });
  }

  async #answer(socket: Socket, argv: readonly string[]): Promise<void> {
    const { exitCode, stdout } = await runNvidiaSmi(this.host, argv, this.behaviour).catch((error: unknown) => ({
      exitCode: 255,
      stdout: `simulator: ${error instanceof Error ? error.message : String(error)}\n`,
    }));
    if (!socket.destroyed) socket.end(`${exitCode}\n${stdout}`);
  }
}

/** Null while something is missing. */
function argumentsIn(request: Buffer): string[] | null {
  const text = request.toString('utf8');
  const end = text.indexOf('\n');
  if (end < 0) return null;
  const count = Number(text.slice(0, end));
  const parts = text.slice(end + 1).split('\0');
  return parts.length > count ? parts.slice(0, count) : null;
}
