"""HAL traces, plain or in an encrypted zip."""
