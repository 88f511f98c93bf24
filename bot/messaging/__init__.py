"""Which tables hold what citizens said and what they are told, until it is settled?"""
