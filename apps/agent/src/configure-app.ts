import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { raw, type RequestHandler } from 'express';
import helmet from 'helmet';
import { Settings } from '@app/config';
import { correlationId, decodablePath, hostAndOrigin, identifyCaller, jsonOnly } from './access/gate.middleware.js';
import { KeyRing } from './access/key-ring.js';
import { requestLimit } from './access/rate-limit.js';
import { AGENT_VERSION } from './metrics-page/agent-version.js';
import { withSchemas } from './openapi/schemas.js';

export const BODY_LIMIT = '1mb';
export const BUNDLE_LIMIT = '64mb';

/** Everything between the socket and the controllers, for the service and for tests alike. The order is the order of the checks. */
export function configureApp(app: NestExpressApplication): void {
  const settings = app.get(Settings);
  app.disable('x-powered-by');
  app.use(correlationId());
  app.use(securityHeaders());
  app.use(hostAndOrigin(settings));
  app.use(identifyCaller(app.get(KeyRing)));
  const limit = requestLimit(settings);
  if (limit !== null) app.use(limit);
  app.use(decodablePath());
  app.use(jsonOnly());
  app.use(bundleBody());
  app.useBodyParser('json', { limit: BODY_LIMIT });
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'Resource Agent API',
  });
}

/** A recording is taken as bytes and parsed in a thread of its own; the JSON parser then finds the body read. */
function bundleBody(): RequestHandler {
  const read = raw({ limit: BUNDLE_LIMIT, type: () => true });
  return (request, response, next) => {
    if (request.method === 'POST' && /^\/analysis\/?$/.test(request.path)) read(request, response, next);
    else next();
  };
}

/** helmet without what would send a browser on plain HTTP to https. */
function securityHeaders(): ReturnType<typeof helmet> {
  return helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
  });
}

export function openApiDocument(app: NestExpressApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Resource Agent')
    .setDescription('Why tokens are slow, expensive or at risk, and what to change. Null means: not available.')
    .setVersion(AGENT_VERSION)
    .addBearerAuth()
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, 'X-API-Key');
  return withSchemas(SwaggerModule.createDocument(app, builder.build()));
}
