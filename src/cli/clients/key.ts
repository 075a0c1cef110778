/** The variable that holds Chaski's key, for Chaski itself and where its clients run. */
export const KEY_VARIABLE = "CHASKI_API_KEY";
