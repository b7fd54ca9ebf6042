/** Gives an ESM bundle `require`, which bundled CommonJS calls; its name must not meet one inside a bundled package. */
export const requireBanner = {
  js: 'import { createRequire as __bundleRequire } from "node:module"; const require = __bundleRequire(import.meta.url);'
}
