/** The variable that holds Chaski's key, for Chaski itself and where its clients run. */
export const KEY_VARIABLE = "CHASKI_API_KEY";

/** The variable that holds the key for managing models. */
export const ADMIN_KEY_VARIABLE = "CHASKI_ADMIN_KEY";
