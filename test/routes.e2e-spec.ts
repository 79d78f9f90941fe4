import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { ROLES } from '@app/config';
import { ACCESS_METADATA } from '../apps/agent/src/access/access.decorators.js';
import { startAgent, type TestAgent } from './support/agent.js';
import { call } from './support/http.js';

interface Route {
  readonly name: string;
  readonly access: unknown;
}

function routesOf(agent: TestAgent): Route[] {
  const controllers = [...agent.app.get(ModulesContainer).values()].flatMap((module) => [
    ...module.controllers.values(),
  ]);
  return controllers.flatMap(({ metatype }) => {
    if (typeof metatype !== 'function') return [];
    const prototype = metatype.prototype as Record<string, unknown>;
    return Object.getOwnPropertyNames(prototype).flatMap((key) => {
      const handler = prototype[key];
      if (typeof handler !== 'function' || Reflect.getMetadata(METHOD_METADATA, handler) === undefined) return [];
      const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
      const path = `${String(Reflect.getMetadata(PATH_METADATA, metatype))}/${String(Reflect.getMetadata(PATH_METADATA, handler))}`;
      const access = Reflect.getMetadata(ACCESS_METADATA, handler) ?? Reflect.getMetadata(ACCESS_METADATA, metatype);
      return [{ name: `${method} ${path.replace(/\/+/g, '/')}`, access: access as unknown }];
    });
  });
}

describe('every route', () => {
  let agent: TestAgent;
  beforeAll(async () => {
    agent = await startAgent();
  });
  afterAll(() => agent.stop());

  it('declares a role, or that it is open', () => {
    const routes = routesOf(agent);
    expect(routes.length).toBeGreaterThanOrEqual(31);
    const undeclared = routes.filter(
      ({ access }) => access !== 'open' && !(ROLES as readonly unknown[]).includes(access),
    );
    expect(undeclared).toEqual([]);
  });

  it('stands in the committed OpenAPI file as it is served', async () => {
    const served = (await call(`${agent.url}/docs-json`)).json();
    expect(served).toEqual(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
  });

  it('names only schemas that exist', async () => {
    const { text } = await call(`${agent.url}/docs-json`);
    const document = JSON.parse(text) as { components: { schemas: Record<string, unknown> } };
    const named = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !(name in document.components.schemas))).toEqual([]);
  });
});
