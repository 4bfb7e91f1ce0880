"""SaQC (Schmidt et al. 2023, Environ. Model. Softw. 169:105809), an optional package."""
