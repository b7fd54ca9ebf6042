import { capitalised } from "../writing/Wording.js"

/* Recognises sentences that propose work, and so say nothing about what is. */

/** Matches the words with which a sentence orders something. Such a sentence proposes work and concludes nothing. */
const order =
  /^(?:Please )?(?:(?:Add|Adjust|Avoid|Consider|Convert|Delete|Do|Don['’]t|Disable|Emit|Enable|Ensure|Exclude|Expose|Extend|Extract|Fix|Implement|Include|Initiali[sz]e|Install|Introduce|Keep|Make|Merge|Never|Prefer|Preserve|Propagate|Put|Refactor|Reject|Remove|Rename|Replace|Reuse|Rerun|Re-run|Revert|Sanitize|Start|Stop|Tighten|Treat|Try|Use|Validate|Verify|Wait|Wire|Wrap)\b|(?:Call|Change|Check|Clear|Cover|Create|Define|Document|Drop|Guard|Handle|Limit|Log|Match|Move|Pass|Pin|Read|Record|Return|Run|Set|Skip|Split|Store|Switch|Test|Throw|Update|Write) (?:the|a|an|all|any|both|each|every|it|its|them|this|that|these|those|your|only|either)\b)(?!-)/

/** Matches a sentence of the assistant about its own plans or proposals. */
const plan =
  /\b(?:I|we)(?:['’]d| would| will|['’]ll| plan| intend| recommend| suggest| propose|['’]m going| am going| can| could| should)\b|^(?:Recommendation|Suggestion|Proposal|Plan|Next)\b/i

/** True if a sentence orders or proposes work, or tells the assistant's plan, and concludes nothing. */
export const proposes = (sentence: string): boolean => order.test(capitalised(sentence)) || plan.test(sentence)
