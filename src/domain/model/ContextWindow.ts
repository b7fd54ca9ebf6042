/**
 * The context windows of OpenAI's model families in tokens, by the start of the model's name. The sizes are those on
 * OpenAI's model pages.
 */
const windows: ReadonlyArray<readonly [RegExp, number]> = [
  [/^gpt-4\.1/, 1_047_576],
  [/^(?:gpt-5|codex)/, 400_000],
  [/^o[134](?:-|$)/, 200_000],
  [/^gpt-4$/, 8_192],
  [/^gpt-3\.5/, 16_385]
]

/** Context window of an unknown model, in tokens; most current models have at least this much. */
const usualWindow = 128_000

/**
 * The context window of a model in tokens, judged by its name. A server with a smaller window rejects larger requests,
 * and says so.
 */
export const contextWindowOf = (model: string): number => windows.find(([name]) => name.test(model))?.[1] ?? usualWindow
