import { type ValidationError, ValidationPipe } from '@nestjs/common';
import { AppError } from '@app/core';
import type { FieldError } from './problem.js';

function fieldErrors(errors: readonly ValidationError[], parent = ''): FieldError[] {
  return errors.flatMap((error) => {
    const path = parent === '' ? error.property : `${parent}.${error.property}`;
    const own = Object.values(error.constraints ?? {}).map((message) => ({ path, message }));
    return [...own, ...fieldErrors(error.children ?? [], path)];
  });
}

/** Unknown fields and wrong values are 400, each named. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const fields = fieldErrors(errors);
      const names = [...new Set(fields.map((field) => field.path))].join(', ');
      return new AppError('validation_failed', `The request is not valid: ${names}.`, { details: { errors: fields } });
    },
  });
}
