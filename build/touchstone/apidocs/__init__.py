# SPDX-License-Identifier: BSD-2-Clause
"""Pages of the API for tests, which Doxygen makes: build/api-docs."""
