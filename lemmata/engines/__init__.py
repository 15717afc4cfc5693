"""The engines that discharge obligations: ball arithmetic to refute; two algebra engines and a positivity rule to prove."""
