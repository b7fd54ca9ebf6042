/** Matches the error of modules that import each other. It names the module that was being loaded, and not the wrong one. */
export const circular = /\bcircular import\b|\bpartially initialized module\b|\bcircular dependency\b|\bimport cycle\b/i
