// @ts-check
/**
 * Shapes check what a service answers before a page relies on it. Unknown fields are left out, so
 * that a service may add some.
 * @template T
 * @typedef {(value: unknown, path: string) => T} Shape
 */

/** An answer that is not what its contract says; the message names the place. */
export class ShapeError extends Error {
  /** @param {string} path @param {string} expected @param {unknown} value */
  constructor(path, expected, value) {
    super(`${path || "answer"} should be ${expected}, is ${value === null ? "null" : typeof value}`);
    this.name = "ShapeError";
  }
}

/** @type {Shape<string>} */
export const text = (value, path) => {
  if (typeof value !== "string") throw new ShapeError(path, "a string", value);
  return value;
};

/** @type {Shape<number>} */
export const number = (value, path) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new ShapeError(path, "a number", value);
  return value;
};

/** @type {Shape<boolean>} */
export const flag = (value, path) => {
  if (typeof value !== "boolean") throw new ShapeError(path, "true or false", value);
  return value;
};

/** Any JSON object, kept as it is. @type {Shape<Record<string, unknown>>} */
export const object = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ShapeError(path, "an object", value);
  return /** @type {Record<string, unknown>} */ (value);
};

/**
 * null where the value is null or absent.
 * @template T
 * @param {Shape<T>} shape
 * @returns {Shape<T | null>}
 */
export function maybe(shape) {
  return (value, path) => (value === null || value === undefined ? null : shape(value, path));
}

/**
 * The fallback where the value is null or absent.
 * @template T
 * @param {Shape<T>} shape @param {T} fallback
 * @returns {Shape<T>}
 */
export function orElse(shape, fallback) {
  return (value, path) => (value === null || value === undefined ? fallback : shape(value, path));
}

/**
 * @template T
 * @param {Shape<T>} shape
 * @returns {Shape<T[]>}
 */
export function list(shape) {
  return (value, path) => {
    if (!Array.isArray(value)) throw new ShapeError(path, "a list", value);
    return value.map((item, index) => shape(item, `${path}[${index}]`));
  };
}

/**
 * @template {Record<string, Shape<any>>} F
 * @param {F} fields
 * @returns {Shape<{ [K in keyof F]: ReturnType<F[K]> }>}
 */
export function record(fields) {
  return (value, path) => {
    const source = object(value, path);
    /** @type {Record<string, unknown>} */
    const result = {};
    for (const [name, shape] of Object.entries(fields)) {
      result[name] = shape(source[name], path ? `${path}.${name}` : name);
    }
    return /** @type {any} */ (result);
  };
}
