import { ConsoleLogger } from '@nestjs/common';

/** Nest's own account of its wiring: some hundred lines at every start that nobody on call wants to read. */
const WIRING = ['InstanceLoader', 'RouterExplorer', 'RoutesResolver', 'NestFactory'];

/** JSON lines for machines, readable lines on a terminal. */
export class AgentLogger extends ConsoleLogger {
  constructor() {
    super({ json: !process.stdout.isTTY });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && WIRING.includes(context)) return;
    super.log(message, ...(rest as [string]));
  }
}
