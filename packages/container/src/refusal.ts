/** What registries say, in the words of skopeo(1), of a tag or repository that is not there. */
export const isAbsent = /(manifest|name) unknown|not known|not found|status code.* 404/i;

/** What they say where we may not do something. */
export const isRefused = /unauthorized|denied|forbidden|status code.* 40[13]/i;
