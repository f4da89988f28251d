#if !NET9_0_OR_GREATER
// Older targets lock on plain objects.
global using Lock = object;
#endif
