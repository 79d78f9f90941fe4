import { Injectable, type PipeTransform } from '@nestjs/common';
import { AppError } from '@app/core';

/** No body means the defaults; an array, a string or null is not an object and is refused before validation. */
@Injectable()
export class ObjectBodyPipe implements PipeTransform {
  transform(value: unknown): unknown {
    if (value === undefined) return {};
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    throw new AppError('validation_failed', 'The body must be a JSON object.', {
      details: { errors: [{ path: '', message: 'must be a JSON object' }] },
    });
  }
}
