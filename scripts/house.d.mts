export declare const breachesOf: (files: ReadonlyMap<string, string>) => ReadonlyArray<string>
