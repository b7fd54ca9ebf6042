/** Windows of OpenAI's model families, in tokens, by how their names begin; as its model pages list them. */
const windows: ReadonlyArray<readonly [RegExp, number]> = [
  [/^gpt-4\.1/, 1_047_576],
  [/^(?:gpt-5|codex)/, 400_000],
  [/^o[134](?:-|$)/, 200_000],
  [/^gpt-4$/, 8_192],
  [/^gpt-3\.5/, 16_385]
]

/** What most models that are served today hold. */
const usualWindow = 128_000

/** The window of a model, in tokens, as far as its name tells; a server that allows less says so when it is asked. */
export const contextWindowOf = (model: string): number => windows.find(([name]) => name.test(model))?.[1] ?? usualWindow
